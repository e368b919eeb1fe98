{% for i in range(1000000) %}
RUN {{ i }}
{% endfor %}
