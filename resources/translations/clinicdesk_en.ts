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
    <name>ConflictDialog</name>
    <message numerus="yes">
        <source>%n change(s) that you made after it go with it.</source>
        <translation>
            <numerusform>%n change that you made after it goes with it.</numerusform>
            <numerusform>%n changes that you made after it go with it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LeavingDialog</name>
    <message numerus="yes">
        <source>%n change(s) are not sent yet</source>
        <translation>
            <numerusform>%n change is not sent yet</numerusform>
            <numerusform>%n changes are not sent yet</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LockedBanner</name>
    <message numerus="yes">
        <source>%n change(s) are locked in an older file</source>
        <translation>
            <numerusform>%n change is locked in an older file</numerusform>
            <numerusform>%n changes are locked in an older file</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LossWords</name>
    <message numerus="yes">
        <source>%n later change(s) to this prescription go with it.</source>
        <translation>
            <numerusform>%n later change to this prescription goes with it.</numerusform>
            <numerusform>%n later changes to this prescription go with it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What you wrote, %n medicine(s), is lost then.</source>
        <translation>
            <numerusform>What you wrote, %n medicine, is lost then.</numerusform>
            <numerusform>What you wrote, %n medicines, is lost then.</numerusform>
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
    <name>OlderPrescriptionsPane</name>
    <message numerus="yes">
        <source>%n medicine(s)</source>
        <translation>
            <numerusform>%n medicine</numerusform>
            <numerusform>%n medicines</numerusform>
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
    <name>PeopleModel</name>
    <message numerus="yes">
        <source>%n not sent</source>
        <translation>
            <numerusform>%n not sent</numerusform>
            <numerusform>%n not sent</numerusform>
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
    <name>VaultKeeping</name>
    <message numerus="yes">
        <source>%n change(s) are back and will be sent.</source>
        <translation>
            <numerusform>%n change is back and will be sent.</numerusform>
            <numerusform>%n changes are back and will be sent.</numerusform>
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
