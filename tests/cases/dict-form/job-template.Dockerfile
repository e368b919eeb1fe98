{#- One template for everything: there is no base image that jobs share, only layers that they share
    as long as the builder keeps them. The order is that of the pair: what seldom changes first. -#}
{%- macro quoted(value) -%}
"{{ value | string | replace('\\', '\\\\') | replace('"', '\\"') | replace('$', '\\$') }}"
{%- endmacro -%}
FROM golang:1.26-alpine AS wrapper
ENV CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
RUN go build -trimpath net/... encoding/... log/... text/...
WORKDIR /src/go_wrapper
COPY --from=jobtype go_wrapper/ ./
RUN go build -trimpath -ldflags="-s -w" -o /usr/local/bin/jobbuild ./jobbuild \
 && jobbuild -job handler -wrapper . -stage /tmp/stage -o /tmp/stage/job \
 && rm -rf /tmp/stage

FROM wrapper AS build
WORKDIR /out/image/job
COPY go.mo[d] go.su[m] ./
RUN go mod download || true
COPY . .
RUN jobbuild -job . -wrapper /src/go_wrapper -stage /tmp/stage -o /out/image/usr/local/bin/job \
 && rm -rf vendor .git .job-*.Dockerfile Dockerfile build_secrets.env \
 && mkdir -m 1777 /out/image/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/image/ /
LABEL racetrack-component="job"
ENV JOB_NAME={{ quoted(manifest.name) }} \
    JOB_VERSION={{ quoted(manifest.version) }} \
    GIT_VERSION={{ quoted(git_version) }} \
    DEPLOYED_BY_RACETRACK_VERSION={{ quoted(deployed_by_racetrack_version) }} \
    JOB_TYPE_VERSION={{ quoted(job_type_version) }}
USER 65532:65532
WORKDIR /job
STOPSIGNAL SIGTERM
CMD ["/usr/local/bin/job"]
