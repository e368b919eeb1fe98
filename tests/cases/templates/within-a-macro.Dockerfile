{% macro env(name) %}
ENV {{ name }}={{ value }}
{% endmacro %}
FROM {{ base_image }}
{{ env("A") }}
