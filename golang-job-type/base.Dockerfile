# What the images of all jobs are built in: Go, the wrapper, and both compiled already.
# Build with the plugin's folder as the context.
FROM golang:1.26-alpine

LABEL racetrack-component="job"

ENV CGO_ENABLED=0 \
    GOCACHE=/var/cache/go-build \
    GOFLAGS=-buildvcs=false \
    GOMODCACHE=/go/pkg/mod \
    GOTOOLCHAIN=local

# What jobs and the wrapper use of the standard library comes before the wrapper, so that an edit of
# the wrapper does not compile it again. Whoever builds a job later, root or not, may add to the cache.
# Go dates a file of its cache anew when it uses one that is older than an hour, which would copy it
# from its layer in the build of every job: all are dated far ahead.
RUN umask 0 \
 && touch -d "2099-01-01 00:00" /var/cache/far-ahead \
 && GOGC=400 go build -trimpath archive/... compress/... container/... crypto/... database/... \
    embed encoding/... expvar hash/... html/... image/... log/... math/... mime/... net/... \
    os/... regexp/... text/... time/... \
 && find "$GOCACHE" -type f -exec touch -d "2100-01-01 00:00" {} +

# The modules that many jobs use: who needs no others builds without a network.
WORKDIR /src/go_wrapper/typical
COPY go_wrapper/typical/ ./
RUN umask 0 \
 && mkdir -p "$GOMODCACHE" \
 && go mod download \
 && GOGC=400 go build -trimpath ./... \
 && find "$GOCACHE" -type f ! -newer /var/cache/far-ahead -exec touch -d "2100-01-01 00:00" {} +

# What a job needs around its program in an image that holds nothing else.
RUN mkdir -p /out/image/etc/ssl/certs /out/image/job /out/image/usr/local/bin /out/image/usr/share \
 && chown 65532:65532 /out/image/job \
 && mkdir -m 1777 /out/image/tmp \
 && echo 'job:x:65532:65532:job:/job:/sbin/nologin' > /out/image/etc/passwd \
 && echo 'job:x:65532:' > /out/image/etc/group \
 && cp /etc/ssl/certs/ca-certificates.crt /out/image/etc/ssl/certs/ \
 && cp "$(go env GOROOT)/lib/time/zoneinfo.zip" /out/image/usr/share/

WORKDIR /src/go_wrapper
COPY go_wrapper/ ./

# The stub stands for the jobs to come: building it compiles all of the wrapper that they share.
RUN umask 0 \
 && GOGC=400 go build -trimpath -ldflags="-s -w" -o /usr/local/bin/jobbuild ./jobbuild \
 && chmod 755 /usr/local/bin/jobbuild \
 && jobbuild -job handler -wrapper . -stage /tmp/stage -o /tmp/stage/job \
 && rm -rf /tmp/stage \
 && find "$GOCACHE" -type f ! -newer /var/cache/far-ahead -exec touch -d "2100-01-01 00:00" {} +
