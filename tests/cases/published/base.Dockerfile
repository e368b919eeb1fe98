FROM golang:1.26-alpine

WORKDIR /src/go_wrapper

# The stub handler is there for this download only: each job brings its own folder in its place.
COPY go_wrapper/. /src/go_wrapper/
RUN go get ./... && rm -rf /src/go_wrapper/handler

CMD ./go_wrapper < /dev/null
LABEL racetrack-component="job"
