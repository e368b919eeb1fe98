FROM {{ manifest.__class__.__base__ }}
