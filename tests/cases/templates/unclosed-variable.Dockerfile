FROM {{ base_image }}
ENV JOB_NAME="{{ manifest.name }"
