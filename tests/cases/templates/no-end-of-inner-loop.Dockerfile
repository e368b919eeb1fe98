FROM {{ base_image }}
{%- if git_version %}
{%- for name in env_vars %}
ENV {{ name }}=1
{%- endif %}
