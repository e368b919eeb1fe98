{#- The image of one job. Every value here was written by a person: it is quoted, or checked and
    then refused by a step that fails. Needs nothing but what Jinja2 itself has.
    The image keeps job.yaml: it is the job's own file, and only names the files with secrets. -#}

{%- macro quoted(value) -%}
"{{ value | string | replace('\\', '\\\\') | replace('"', '\\"') | replace('$', '\\$') }}"
{%- endmacro -%}

{%- macro shell(value) -%}
'{{ value | replace("'", "'\\''") }}'
{%- endmacro -%}

{#- Older servers lack some of these. -#}
{%- set extra = manifest.get_jobtype_extra() if manifest.get_jobtype_extra is defined
    else manifest.golang | default(manifest.wrapper_properties | default({}, true), true) -%}
{%- set gomod = extra['gomod'] | default('', true) -%}
{%- set packages = manifest.system_dependencies | default([], true) -%}
{%- set build_env = env_vars | default({}, true) -%}
{%- set secret_files = [
    manifest.secret_build_env_file | default('', true),
    manifest.secret_runtime_env_file | default('', true),
] | select | list -%}
{%- set job_env = {
    'JOB_NAME': manifest.name,
    'JOB_VERSION': manifest.version,
    'GIT_VERSION': git_version | default(''),
    'DEPLOYED_BY_RACETRACK_VERSION': deployed_by_racetrack_version | default(''),
    'JOB_TYPE_VERSION': job_type_version | default(''),
} -%}

{#- What cannot be quoted: a line break ends an instruction wherever it stands. -#}
{%- set refused = [] -%}
{%- for name, value in build_env.items() -%}
  {%- if not (name.isascii() and name.isidentifier()) -%}
    {%- set _ = refused.append('build_env: ' ~ name | tojson ~ ' is not a name of letters, digits and _') -%}
  {%- endif -%}
{%- endfor -%}
{%- for name, value in [('gomod', gomod)] + job_env.items() | list + build_env.items() | list -%}
  {%- if '\n' in value | string or '\r' in value | string -%}
    {%- set _ = refused.append(name | tojson ~ ' has a line break in its value') -%}
  {%- endif -%}
{%- endfor -%}
{%- for file in secret_files if '\n' in file or '\r' in file -%}
  {%- set _ = refused.append('the name of a secret file has a line break') -%}
{%- endfor -%}
{%- for package in packages -%}
  {%- set bare = package | replace('.', '') | replace('+', '') | replace('_', '') | replace('-', '')
      | replace('=', '') | replace('~', '') | replace('@', '') | replace(':', '') -%}
  {%- if not (bare.isascii() and bare.isalnum() and package[0].isalnum()) -%}
    {%- set _ = refused.append('system_dependencies: ' ~ package | tojson ~ ' is not the name of a package') -%}
  {%- endif -%}
{%- endfor -%}

{%- if refused -%}
FROM {{ base_image }}
RUN printf 'job.yaml: %s\n' \
{%- for reason in refused %}
    {{ shell(reason) }} \
{%- endfor %}
    >&2; exit 1
{%- else -%}
{%- if packages -%}
FROM {{ base_image }} AS system
RUN packages='{{ packages | join(' ') }}'; \
    if command -v apk > /dev/null; then \
      apk add --no-cache $packages; \
    elif command -v apt-get > /dev/null; then \
      export DEBIAN_FRONTEND=noninteractive \
      && apt-get update \
      && apt-get install -y --no-install-recommends $packages \
      && apt-get clean \
      && rm -rf /var/lib/apt/lists/*; \
    else \
      echo "job.yaml: system_dependencies: the base image has neither apk nor apt-get," \
        "so it cannot install $packages" >&2; exit 1; \
    fi \
 && cat /out/image/etc/passwd >> /etc/passwd \
 && cat /out/image/etc/group >> /etc/group

FROM system AS build
{%- else -%}
FROM {{ base_image }} AS build
{%- endif %}
{%- for name, value in build_env.items() %}
ENV {{ name }}={{ quoted(value) }}
{%- endfor %}

# All that the job's image will hold is put below /out/image: no secrets, nothing only the build
# needs. Not at the top: where a folder is copied, BuildKit reads all that stands beside it as well.
WORKDIR /out/image/job
{%- if not gomod %}
# Modules come in a step of their own, which an edit of the code leaves valid. Here it may fail:
# jobbuild fetches what is still missing, and says what is wrong.
COPY go.mo[d] go.su[m] ./
RUN go mod download || true
{%- endif %}
COPY --chown=65532:65532 . .
ARG SOURCE_DATE_EPOCH
RUN --mount=type=tmpfs,target=/tmp \
    jobbuild -job . -wrapper /src/go_wrapper -stage /tmp/stage -o /out/image/usr/local/bin/job
{%- if gomod %} -gomod {{ shell(gomod) }}{% endif %} \
 && rm -rf vendor .git .job-*.Dockerfile Dockerfile build_secrets.env
{%- if secret_files %} \
 && rm -f --{% for file in secret_files %} {{ shell(file) }}{% endfor %}
{%- endif %} \
 && { [ -z "$SOURCE_DATE_EPOCH" ] || find /out/image -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

{% if packages -%}
# The system with the packages, and without what only builds need.
FROM system AS runtime
RUN rm -rf "$(go env GOROOT)" "$(go env GOPATH)" "$GOCACHE" /out /src /usr/local/bin/jobbuild

FROM scratch
COPY --from=runtime / /
COPY --from=build --chown=65532:65532 /out/image/job/ /job/
COPY --from=build /out/image/usr/ /usr/
{%- else -%}
FROM scratch
COPY --from=build /out/image/ /
{%- endif %}
LABEL racetrack-component="job"
ENV ZONEINFO=/usr/share/zoneinfo.zip
{%- for name, value in job_env.items() if value %}
ENV {{ name }}={{ quoted(value) }}
{%- endfor %}
USER 65532:65532
WORKDIR /job
STOPSIGNAL SIGTERM
CMD ["/usr/local/bin/job"]
{% endif %}
