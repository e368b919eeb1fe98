FROM no-such-image-here:1
RUN true
