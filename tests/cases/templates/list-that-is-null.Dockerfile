FROM {{ base_image }}
RUN apk add {{ manifest.system_dependencies | join(" ") }}
