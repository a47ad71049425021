"""Paper from a desk: preview first, then the printer that is remembered for its kind.

A view makes one `DeskPrinting` with its context and itself, and calls it from buttons and keys:

    from clinicdesk.desktop.printing.desk_printing import DeskPrinting

    self._printing = DeskPrinting(context, self)          # a QObject; owned by the widget
    self._printing.print_labels(prescription_id)          # F6 at the counter
    self._printing.print_prescription(prescription_id)
    self._printing.print_register(RegisterKind.X, first, last)    # two dates, both included
    self._printing.why_not_labels(prescription_id)        # a sentence, or None: it can be printed
    self._printing.why_not_prescription(prescription_id)
    self._printing.open_setup()                           # the printers of this computer
    self._printing.open_registers()                       # asks which and of which days

`RegisterKind` is `contract.paper`'s.

None of the calls blocks or raises: the preview opens over the view's window, and what goes wrong is
said there, with what to do next. Rendering and sending to a printer run in threads of their own.
Nothing but this module's names is loaded until the first document is asked for.
"""
