"""The front desk's place: who a patient is and where their prescriptions are, nothing clinical.

- `workspace`  finder at the left, the patient at the right
"""
