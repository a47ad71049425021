"""Signing in: which server, who, and what to say when it does not work.

- `address`          what a person types as a server's address, made into one
- `trouble`          what is said when a sign-in did not work, and beside which field
- `causes`           why it did not work
- `password_field`   a field that hides what is typed until asked
- `people_model`     who has signed in on this computer
- `window`           the sign-in window
- `clinic_choice`    the dialog for those who work in several clinics
- `passphrase`       the dialog that makes or opens the passphrase file
- `again`            the dialog for a sign-in that has ended while somebody worked
- `signing_in_again` opens it over a desk
"""
