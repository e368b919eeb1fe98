# One stage.
FROM golang:1.26-alpine
WORKDIR /src
COPY . .
RUN echo first && \
    echo second >&2
ENV A=b
