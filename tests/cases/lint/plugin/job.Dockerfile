{%- macro quoted(value) -%}
"{{ value | string | replace("\\", "\\\\") | replace('"', '\\"') | replace("$", "\\$") }}"
{%- endmacro -%}
{%- set env = dict(env_vars, JOB_NAME=manifest.name, JOB_VERSION=manifest.version) -%}
FROM {{ base_image }} AS build
{%- for name, value in env.items() if "\n" in value %}
RUN echo "a value has a line break" && exit 1
{%- else %}
COPY . /job
RUN wrap /job -o /bin/job

FROM scratch
LABEL racetrack-component="job"
{%- for name, value in env.items() %}
ENV {{ name }}={{ quoted(value) }}
{%- endfor %}
COPY --from=build /bin/job /bin/job
USER 1000
CMD ["/bin/job"]
{%- endfor %}
