ARG GO
FROM ${GO} AS build
WORKDIR /src
COPY watchdog/ ./
RUN CGO_ENABLED=0 go build -ldflags "-s -w" -o /fwatchdog .

FROM scratch
COPY --from=build /fwatchdog /fwatchdog
