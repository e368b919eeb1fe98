FROM alpine:3
RUN echo hi
RUN --mount=type=cache,target=/c true
