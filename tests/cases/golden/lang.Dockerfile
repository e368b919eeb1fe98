FROM ghcr.io/theracetrack/racetrack/job-base/golang:0.0.0 AS build

# All that the job's image will hold is put below /out/image: no secrets, nothing only the build
# needs. Not at the top: where a folder is copied, BuildKit reads all that stands beside it as well.
WORKDIR /out/image/job
# Modules come in a step of their own, which an edit of the code leaves valid. Here it may fail:
# jobbuild fetches what is still missing, and says what is wrong.
COPY go.mo[d] go.su[m] ./
RUN go mod download || true
COPY --chown=65532:65532 . .
ARG SOURCE_DATE_EPOCH
RUN --mount=type=tmpfs,target=/tmp \
    jobbuild -job . -wrapper /src/go_wrapper -stage /tmp/stage -o /out/image/usr/local/bin/job \
 && rm -rf vendor .git .job-*.Dockerfile Dockerfile build_secrets.env \
 && { [ -z "$SOURCE_DATE_EPOCH" ] || find /out/image -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

FROM scratch
COPY --from=build /out/image/ /
LABEL racetrack-component="job"
ENV ZONEINFO=/usr/share/zoneinfo.zip
ENV JOB_NAME="template-lab"
ENV JOB_VERSION="0.0.1"
ENV GIT_VERSION="tar"
ENV DEPLOYED_BY_RACETRACK_VERSION="latest"
ENV JOB_TYPE_VERSION="0.0.0"
USER 65532:65532
WORKDIR /job
STOPSIGNAL SIGTERM
CMD ["/usr/local/bin/job"]
