FROM {{ base_image }}

{% if manifest_jobtype_extra.gomod %}
COPY "{{ manifest_jobtype_extra.gomod }}" /src/
{% endif %

# What follows is read as if it were inside the tag.
COPY . /src/
