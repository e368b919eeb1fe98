# syntax is what a newer builder knows by itself.
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY <<EOF greeting.txt
hello
EOF
RUN <<EOF
cat greeting.txt
go build -o /job main.go
EOF

FROM scratch
COPY --from=build /job /job
