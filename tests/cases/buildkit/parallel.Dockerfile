FROM golang:1.26-alpine AS slow
RUN sleep 9

FROM golang:1.26-alpine AS wrong
RUN sleep 1; false

FROM scratch
COPY --from=slow /go /go
COPY --from=wrong /go /go
