FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN go build -o /job main.go

FROM build AS unused
RUN echo never

FROM scratch
COPY --from=build /job /job
CMD ["/job"]
