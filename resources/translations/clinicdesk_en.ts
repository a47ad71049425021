<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>AllergyPill</name>
    <message numerus="yes">
        <source>%n allergies</source>
        <translation>
            <numerusform>%n allergy</numerusform>
            <numerusform>%n allergies</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Door</name>
    <message numerus="yes">
        <source>%n change(s) are not sent yet. They are safe on this computer and are sent when you sign in here again.</source>
        <translation>
            <numerusform>%n change is not sent yet. It is safe on this computer and is sent when you sign in here again.</numerusform>
            <numerusform>%n changes are not sent yet. They are safe on this computer and are sent when you sign in here again.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OfferMaker</name>
    <message numerus="yes">
        <source>%n line(s) not ready yet.</source>
        <translation>
            <numerusform>%n line not ready yet.</numerusform>
            <numerusform>%n lines not ready yet.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OutboxDrawer</name>
    <message numerus="yes">
        <source>%n change(s) are on their way.</source>
        <translation>
            <numerusform>%n change is on its way.</numerusform>
            <numerusform>%n changes are on their way.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) wait for the server, safe on this disk.</source>
        <translation>
            <numerusform>%n change waits for the server, safe on this disk.</numerusform>
            <numerusform>%n changes wait for the server, safe on this disk.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) were refused: look at each.</source>
        <translation>
            <numerusform>%n change was refused: look at it.</numerusform>
            <numerusform>%n changes were refused: look at each.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PatientFinder</name>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n patient(s)</source>
        <translation>
            <numerusform>%n patient</numerusform>
            <numerusform>%n patients</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PharmacyWorkspace</name>
    <message numerus="yes">
        <source>%n prescription(s) to be paid or dispensed</source>
        <translation>
            <numerusform>%n prescription to be paid or dispensed</numerusform>
            <numerusform>%n prescriptions to be paid or dispensed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PrescriptionHistory</name>
    <message numerus="yes">
        <source>%n medicine(s)</source>
        <translation>
            <numerusform>%n medicine</numerusform>
            <numerusform>%n medicines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PrescriptionList</name>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PrescriptionRows</name>
    <message numerus="yes">
        <source>%n medicine(s)</source>
        <translation>
            <numerusform>%n medicine</numerusform>
            <numerusform>%n medicines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PrescriptionsWorkspace</name>
    <message numerus="yes">
        <source>%n draft(s) not sent yet</source>
        <translation>
            <numerusform>%n draft not sent yet</numerusform>
            <numerusform>%n drafts not sent yet</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>QueueRows</name>
    <message numerus="yes">
        <source>%n item(s)</source>
        <translation>
            <numerusform>%n item</numerusform>
            <numerusform>%n items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message numerus="yes">
        <source>%n unread</source>
        <translation>
            <numerusform>%n unread</numerusform>
            <numerusform>%n unread</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TherapyWorkspace</name>
    <message numerus="yes">
        <source>%n medicine(s) so far, kept on this computer.</source>
        <translation>
            <numerusform>%n medicine so far, kept on this computer.</numerusform>
            <numerusform>%n medicines so far, kept on this computer.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Counted</name>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
</context>
</TS>
