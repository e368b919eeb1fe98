FROM {{ base_image }}
LABEL owner="{{ manifest.owner }}"
