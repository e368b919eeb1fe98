FROM {{ base_image }}
{%- set job_env = {
    'JOB_NAME': manifest.name,
    'JOB_VERSION': manifest.verison,
} %}
{%- for name, value in job_env.items() %}
ENV {{ name }}={{ value }}
{%- endfor %}
