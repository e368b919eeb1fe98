FROM {{ base_image }}
{%- if env_vars %}
# the build's own
{%- for name in env_vars %}
ENV {{ name }}=1
{%- endfor %}
