FROM {{ base_image }}
ENV A={{ manifest.name | shellquote }}
