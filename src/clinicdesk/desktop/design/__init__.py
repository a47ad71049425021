"""The design system: what every screen of the desktop is built from.

Make one ``Design`` at start (``appearance.apply(app)``) and pass it to every widget. Nothing here
is reached through a global, and nothing imports more than Qt. Widgets take ``(design, ...)`` and
follow a change of theme by themselves; those marked * can be promoted to in a form and are given
their looks by ``dress(design, ...)``. Texts passed in are translated already.

=====================  ==========================================================================
module                 for
=====================  ==========================================================================
``tokens``             ``Theme`` (``LIGHT``, ``DARK``), ``Tone``, ``TextRole``, sizes; no Qt
``appearance``         ``Design`` (theme, icons, fonts, ``changed``), ``Appearance``, ``apply``
``fonts``, ``icons``   the bundled Noto typefaces by role; tinted Lucide icons by name
``stylesheet``         the one QSS; lists the properties that forms may set; ``restyle``
``labels``             ``label``, ``paragraph``, ``line``, ``IconLabel``, ``set_ink``
``elided_label``       ``ElidedLabel``: one line that ends in "…" and says the rest in its tooltip
``pill``               ``Pill(text, tone, icon)``: what a status says
``elided_label``       ``ElidedLabel``: one line that ends in "…", the rest in its tooltip
``connection_pill``    ``ConnectionPill.show_connection(Connection.OFFLINE, "10:42", 3)``
``badge``              ``Badge`` (count) of a ``BadgeKind``; ``avatar``: ``Avatar``, ``initials``
``key_cap``            ``KeyCap("Ctrl+K")``; ``footer_hints``: ``FooterHints``, ``Hint``
``button``             ``Button``*, ``PrimaryButton``, ``SecondaryButton``, ``DangerButton``,
                       ``IconButton``, with ``icon=`` and the ``key=`` that does the same
``availability``       ``reason_when_disabled(control, reason, beside)``: off says why
``rail_button``        ``RailButton`` with badge; ``brand_mark``: ``BrandMark``
``search_field``       ``SearchField``; ``number_field``: ``NumberField``*
``field_block``        ``FieldBlock``: label, control, hint or error; ``inline_error``
``segmented_tabs``     ``SegmentedTabs`` of ``Tab(key, text, count)``
``card``, ``banner``   ``Card`` (``body``, ``fill``), ``Banner`` with one action
``empty_state``        ``EmptyState``: empty, loading, offline, refused, no permission
``toast``, ``drawer``  over a bar, over a host widget: ``Toast.say``, ``Drawer.open_drawer``
``content``            ``RowContent`` and ``CellContent``, which models return for ``CONTENT_ROLE``
``row_list``           ``RowList``*: two-line rows, quick with 50,000; its ``glow`` marks changes
``views``              ``dress_table`` (two-line cells), ``dress_list`` (short lists)
``painting``           strokes shared by widgets and delegates, for what is painted elsewhere
=====================  ==========================================================================

How a list is made::

    queue = RowList()
    queue.dress(design)
    queue.setModel(model)  # data(index, CONTENT_ROLE) -> RowContent
    queue.glow.flash(row_id)  # RowContent.key of a row that has just changed
"""
