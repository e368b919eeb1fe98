def job_types(): return {}
