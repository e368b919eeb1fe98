FROM --platform=linux/amd64 golang:1.26-alpine AS Build
RUN --mount=type=cache,target=/var/cache/go --network=none go build -o /job
COPY --from=jobtype --chown="1000:1000" go_wrapper/. /src/
COPY --link a b
RUN echo --not=a-flag
HEALTHCHECK --interval=5s CMD ["wget", "-q", "localhost:7000/live"]
