<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>ActionBar</name>
    <message numerus="yes">
        <source>Dispense the repeat · %n left</source>
        <translation>
            <numerusform>Dispense the repeat · %n left</numerusform>
            <numerusform>Dispense the repeat · %n left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AgendaWords</name>
    <message numerus="yes">
        <source>%n medicine(s)</source>
        <translation>
            <numerusform>%n medicine</numerusform>
            <numerusform>%n medicines</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Next: %1, %n medicine(s) to deliver, waiting %2</source>
        <translation>
            <numerusform>Next: %1, %n medicine to deliver, waiting %2</numerusform>
            <numerusform>Next: %1, %n medicines to deliver, waiting %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Next: %1, %n medicine(s), waiting %2</source>
        <translation>
            <numerusform>Next: %1, %n medicine, waiting %2</numerusform>
            <numerusform>Next: %1, %n medicines, waiting %2</numerusform>
        </translation>
    </message>
</context>
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
    <name>CounterWork</name>
    <message numerus="yes">
        <source>%n unit(s) of %1 are owing: tell them when to come.</source>
        <translation>
            <numerusform>%n unit of %1 is owing: tell them when to come.</numerusform>
            <numerusform>%n units of %1 are owing: tell them when to come.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DashboardWorkspace</name>
    <message numerus="yes">
        <source>%n left</source>
        <translation>
            <numerusform>%n left</numerusform>
            <numerusform>%n left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refund(s) due, %1</source>
        <translation>
            <numerusform>%n refund due, %1</numerusform>
            <numerusform>%n refunds due, %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n sent back to the prescriber</source>
        <translation>
            <numerusform>%n sent back to the prescriber</numerusform>
            <numerusform>%n sent back to the prescriber</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>for %n medicine(s) to come</source>
        <translation>
            <numerusform>for %n medicine to come</numerusform>
            <numerusform>for %n medicines to come</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FindingsPanel</name>
    <message numerus="yes">
        <source>%n note(s)</source>
        <translation>
            <numerusform>%n note</numerusform>
            <numerusform>%n notes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stop(s)</source>
        <translation>
            <numerusform>%n stop</numerusform>
            <numerusform>%n stops</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n to answer</source>
        <translation>
            <numerusform>%n to answer</numerusform>
            <numerusform>%n to answer</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GoodsSheet</name>
    <message numerus="yes">
        <source>%n pack(s) received.</source>
        <translation>
            <numerusform>%n pack received.</numerusform>
            <numerusform>%n packs received.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Packs: %n more are expected.</source>
        <translation>
            <numerusform>Packs: %n more is expected.</numerusform>
            <numerusform>Packs: %n more are expected.</numerusform>
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
        <source>%n later change(s) to the same thing go with it.</source>
        <translation>
            <numerusform>%n later change to the same thing goes with it.</numerusform>
            <numerusform>%n later changes to the same thing go with it.</numerusform>
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
        <source>%n line(s) not checked yet.</source>
        <translation>
            <numerusform>%n line not checked yet.</numerusform>
            <numerusform>%n lines not checked yet.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unit(s) wait for stock.</source>
        <translation>
            <numerusform>%n unit waits for stock.</numerusform>
            <numerusform>%n units wait for stock.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OlderDrawer</name>
    <message numerus="yes">
        <source>%n medicine(s)</source>
        <translation>
            <numerusform>%n medicine</numerusform>
            <numerusform>%n medicines</numerusform>
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
    <name>OrderRows</name>
    <message numerus="yes">
        <source>%n product(s)</source>
        <translation>
            <numerusform>%n product</numerusform>
            <numerusform>%n products</numerusform>
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
    <name>PharmacyRows</name>
    <message numerus="yes">
        <source>%n medicine(s) short</source>
        <translation>
            <numerusform>%n medicine short</numerusform>
            <numerusform>%n medicines short</numerusform>
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
    <name>PrescriptionDetail</name>
    <message numerus="yes">
        <source>%n of %1 repeat(s) left</source>
        <translation>
            <numerusform>%n of %1 repeats left</numerusform>
            <numerusform>%n of %1 repeats left</numerusform>
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
    <message numerus="yes">
        <source>%n sent back by a pharmacy</source>
        <translation>
            <numerusform>%n sent back by a pharmacy</numerusform>
            <numerusform>%n sent back by a pharmacy</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PriceImportPage</name>
    <message numerus="yes">
        <source>%n price(s) are in force.</source>
        <translation>
            <numerusform>%n price is in force.</numerusform>
            <numerusform>%n prices are in force.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Take %n price(s)</source>
        <translation>
            <numerusform>Take %n price</numerusform>
            <numerusform>Take %n prices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PriceLookup</name>
    <message numerus="yes">
        <source>%Ln price(s), changed %1</source>
        <translation>
            <numerusform>%Ln price, changed %1</numerusform>
            <numerusform>%Ln prices, changed %1</numerusform>
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
    <message numerus="yes">
        <source>%n item(s) owing</source>
        <translation>
            <numerusform>%n item owing</numerusform>
            <numerusform>%n items owing</numerusform>
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
    <name>ReadySheet</name>
    <message numerus="yes">
        <source>%n line(s) were not scanned: they count as checked by hand.</source>
        <translation>
            <numerusform>%n line was not scanned: it counts as checked by hand.</numerusform>
            <numerusform>%n lines were not scanned: they count as checked by hand.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReceiveSheet</name>
    <message numerus="yes">
        <source>%n pack(s) received.</source>
        <translation>
            <numerusform>%n pack received.</numerusform>
            <numerusform>%n packs received.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RepeatSheet</name>
    <message numerus="yes">
        <source>%n day(s)&apos; supply was given on %1: the next is due from %2.</source>
        <translation>
            <numerusform>%n day&apos;s supply was given on %1: the next is due from %2.</numerusform>
            <numerusform>%n days&apos; supply was given on %1: the next is due from %2.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServedBar</name>
    <message numerus="yes">
        <source>%n prescription(s) can be dispensed now</source>
        <translation>
            <numerusform>%n prescription can be dispensed now</numerusform>
            <numerusform>%n prescriptions can be dispensed now</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ShelfPane</name>
    <message numerus="yes">
        <source>Order %n pack(s) when %1 or fewer are left.</source>
        <translation>
            <numerusform>Order %n pack when %1 or fewer are left.</numerusform>
            <numerusform>Order %n packs when %1 or fewer are left.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>good, %n expired · %1</source>
        <translation>
            <numerusform>good, %n expired · %1</numerusform>
            <numerusform>good, %n expired · %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ShelfRows</name>
    <message numerus="yes">
        <source>%n left</source>
        <translation>
            <numerusform>%n left</numerusform>
            <numerusform>%n left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StockWorkspace</name>
    <message numerus="yes">
        <source>%n medicine(s) to order</source>
        <translation>
            <numerusform>%n medicine to order</numerusform>
            <numerusform>%n medicines to order</numerusform>
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
<context>
    <name>_Units</name>
    <message numerus="yes">
        <source>%n ampoule(s)</source>
        <translation>
            <numerusform>%n ampoule</numerusform>
            <numerusform>%n ampoules</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n capsule(s)</source>
        <translation>
            <numerusform>%n capsule</numerusform>
            <numerusform>%n capsules</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n dose(s)</source>
        <translation>
            <numerusform>%n dose</numerusform>
            <numerusform>%n doses</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n g</source>
        <translation>
            <numerusform>%n g</numerusform>
            <numerusform>%n g</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n lozenge(s)</source>
        <translation>
            <numerusform>%n lozenge</numerusform>
            <numerusform>%n lozenges</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ml</source>
        <translation>
            <numerusform>%n ml</numerusform>
            <numerusform>%n ml</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n patch(s)</source>
        <translation>
            <numerusform>%n patch</numerusform>
            <numerusform>%n patches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pessary(s)</source>
        <translation>
            <numerusform>%n pessary</numerusform>
            <numerusform>%n pessaries</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n respule(s)</source>
        <translation>
            <numerusform>%n respule</numerusform>
            <numerusform>%n respules</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n sachet(s)</source>
        <translation>
            <numerusform>%n sachet</numerusform>
            <numerusform>%n sachets</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n suppository(s)</source>
        <translation>
            <numerusform>%n suppository</numerusform>
            <numerusform>%n suppositories</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tablet(s)</source>
        <translation>
            <numerusform>%n tablet</numerusform>
            <numerusform>%n tablets</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unit(s)</source>
        <translation>
            <numerusform>%n unit</numerusform>
            <numerusform>%n units</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n vial(s)</source>
        <translation>
            <numerusform>%n vial</numerusform>
            <numerusform>%n vials</numerusform>
        </translation>
    </message>
</context>
</TS>
