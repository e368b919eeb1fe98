FROM {{ base_image }}
{% if manifest.golang.gomod %}
COPY {{ manifest.golang.gomod }} /src/
{% endif %}
