"""The design system: what every screen of the desktop is built from.

Make one ``Design`` at start (``appearance.apply(app)``) and pass it to every widget. Nothing here
is reached through a global, and nothing imports more than Qt.

=====================  ==========================================================================
module                 for
=====================  ==========================================================================
``tokens``             ``Theme`` (``LIGHT``, ``DARK``), ``Tone``, ``TextRole``, sizes; no Qt
``appearance``         ``Design`` (theme, icons, fonts, ``changed``), ``Appearance``, ``apply``
``fonts``, ``icons``   the bundled Noto typefaces by role; tinted Lucide icons by name
``stylesheet``         the one QSS; lists the properties that forms may set; ``restyle``
=====================  ==========================================================================
"""
