FROM {{ base_imag }}
