{% for name in env_vars %}
ENV {{ name }}=1
