FROM {{ base_image }}

{% include "common.Dockerfile" %}
