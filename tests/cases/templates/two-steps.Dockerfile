FROM {{ base_image }}
USER {{ manifest.user.id }}
