FROM {{ base_image }}
RUN echo \
  {{ manifest_jobtype_extra.gosum }}
