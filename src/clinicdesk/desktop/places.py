"""Which workspaces a role has, in the order of the rail; each is imported when somebody has it."""

from __future__ import annotations

from collections.abc import Sequence

from clinicdesk.contract.entities import Role
from clinicdesk.desktop.shell.desk_view import MakeWorkspace
from clinicdesk.desktop.workspace import Context, Workspace


def workspaces_of(role: Role) -> Sequence[tuple[str, MakeWorkspace]]:
    """Key and maker of each workspace of a role; none where this version has none for it."""
    match role:
        case Role.THERAPIST:
            return (("therapy", _therapy), ("prescriptions", _prescriptions))
        case Role.PHARMACIST:
            return (("dashboard", _dashboard), ("pharmacy", _pharmacy), ("stock", _stock))
        case Role.RECEPTION | Role.ADMIN:
            return (("patients", _patients),)


def _dashboard(context: Context) -> Workspace:
    from clinicdesk.desktop.workspaces.dashboard.workspace import DashboardWorkspace

    return DashboardWorkspace(context)


def _therapy(context: Context) -> Workspace:
    from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace

    return TherapyWorkspace(context)


def _prescriptions(context: Context) -> Workspace:
    from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace

    return PrescriptionsWorkspace(context)


def _pharmacy(context: Context) -> Workspace:
    from clinicdesk.desktop.workspaces.pharmacy.workspace import PharmacyWorkspace

    return PharmacyWorkspace(context)


def _stock(context: Context) -> Workspace:
    from clinicdesk.desktop.workspaces.stock.workspace import StockWorkspace

    return StockWorkspace(context)


def _patients(context: Context) -> Workspace:
    from clinicdesk.desktop.workspaces.patients.workspace import PatientsWorkspace

    return PatientsWorkspace(context)
