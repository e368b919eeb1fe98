FROM {{ base_image }}
{%- if manifest.system_dependencies -
RUN apk add git
{%- endif %}
