FROM {{ base_image }}
COPY . /job/
RUN sh /job/build.sh
USER 65532:65532
WORKDIR /job
STOPSIGNAL SIGTERM
CMD ["/wrapper/wrapper"]
