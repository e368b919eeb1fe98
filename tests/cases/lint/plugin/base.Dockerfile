FROM golang:1.26-alpine
WORKDIR /src
COPY go_wrapper/ ./
RUN go build -o /usr/local/bin/wrap .
