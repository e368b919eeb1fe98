# The image of Go, with the modules of the function in its cache.
ARG GO
FROM ${GO}
WORKDIR /tmp/modules
COPY function/go.mod function/go.sum ./
RUN go mod download
