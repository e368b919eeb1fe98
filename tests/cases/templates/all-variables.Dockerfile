FROM {{ base_image }}
LABEL resource="{{ resource_name }}" name="{{ manifest.name }}"
ENV GIT_VERSION="{{ git_version }}" \
    DEPLOYED_BY="{{ deployed_by_racetrack_version }}" \
    JOB_TYPE_VERSION="{{ job_type_version }}"
{% for name, value in env_vars.items() -%}
ENV {{ name }}="{{ value }}"
{% endfor -%}
# {{ manifest.get_jobtype_extra().gomod }} {{ manifest_jobtype_extra.gomod }} {{ manifest.jobtype_extra.gomod }}
# {{ manifest.git.directory }} {{ manifest.replicas }} {{ manifest.golang is none }} {{ nosuch | default("-") }}
