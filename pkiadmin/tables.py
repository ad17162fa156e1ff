"""What runs, when, and what shows beside what: written out in one place, read by settings."""

from __future__ import annotations

from datetime import timedelta

from jobs.dependants import Preview
from jobs.kinds import JobKind, Scheduled
from pkiadmin.rules import Rules
from ui.navigation import NavGroup, NavItem

JOB_KINDS: dict[str, JobKind] = {
    "import": JobKind(
        title="Import",
        run="certificates.tasks.run_import",
        then=("validate",),
        page="certificates:import_result",
    ),
    "request_key": JobKind(
        title="Key for a request",
        run="certificates.tasks.run_request_key",
        page="certificates:request_of_job",
    ),
    "generate_key": JobKind(
        title="Key generation",
        run="certificates.tasks.run_make_key",
        page="certificates:key_making",
    ),
    "validate": JobKind(
        title="Validation",
        run="truststores.tasks.run_validation",
        single=True,
        page="truststores:run",
    ),
    "validate_chunk": JobKind(
        title="Validation of a part",
        run="truststores.tasks.run_validation_chunk",
        hidden=True,
    ),
    "fetch_crls": JobKind(
        title="Planning of CRL fetches",
        run="truststores.tasks.run_fetch_planning",
        single=True,
    ),
    "fetch_crl": JobKind(
        title="CRL fetch",
        run="truststores.tasks.run_fetch",
        page="truststores:fetch",
    ),
    "send_notices": JobKind(
        title="Notices of what ends",
        run="truststores.tasks.run_notices",
        single=True,
    ),
    "foresee": JobKind(
        title="Look ahead",
        run="truststores.tasks.run_foresight",
        page="truststores:foresight",
    ),
    "preview": JobKind(
        title="Preview of a change",
        run="truststores.tasks.run_preview",
    ),
    "renew_reports": JobKind(
        title="Reports by new rules",
        run="truststores.tasks.run_renewal",
        then=("validate",),
    ),
    "renew_judgements": JobKind(
        title="Judgements by new rules",
        run="endpoints.tasks.run_renewal",
        then=("judge_endpoints",),
    ),
    "judge_endpoints": JobKind(
        title="Judgement of services and accounts",
        run="endpoints.tasks.run_judging",
        single=True,
    ),
    "plan_probes": JobKind(
        title="Planning of probes",
        run="endpoints.tasks.run_probe_planning",
        single=True,
    ),
    "probe_service": JobKind(
        title="Probe of a service",
        run="endpoints.tasks.run_probing",
        page="endpoints:probe_of_job",
    ),
    "forget_history": JobKind(
        title="Clean-up of rehearsals and probes",
        run="endpoints.tasks.run_forgetting",
        single=True,
    ),
    "prune": JobKind(
        title="Clean-up of old jobs",
        run="jobs.services.prune_jobs.run_prune",
        single=True,
    ),
}

SCHEDULE: dict[str, Scheduled] = {
    "validate": Scheduled(
        kind="validate",
        every=timedelta(minutes=1),
        says="Re-makes the reports that are due: a date was passed, or something they rest on changed.",
    ),
    "judge_endpoints": Scheduled(
        kind="judge_endpoints",
        every=timedelta(minutes=1),
        says="Judges the services and accounts that are due: a date was passed, or something they rest on changed.",
    ),
    "fetch_crls": Scheduled(
        kind="fetch_crls",
        every=timedelta(minutes=1),
        says="Asks the CRL sources of the trust stores that are due.",
    ),
    "plan_probes": Scheduled(
        kind="plan_probes",
        every=timedelta(minutes=1),
        says="Looks at the services whose regular probe is due.",
    ),
    "send_notices": Scheduled(
        kind="send_notices",
        every=timedelta(days=1),
        says="Finds what comes to its end, and sends one e-mail to everybody it concerns.",
    ),
    "forget_history": Scheduled(
        kind="forget_history",
        every=timedelta(days=1),
        says="Forgets rehearsals and probes that are older than the site keeps them; the newest ones stay.",
    ),
    "prune": Scheduled(
        kind="prune",
        every=timedelta(hours=6),
        says="Forgets jobs that ended more than 30 days ago, and runs with nothing to do after a day.",
    ),
}

# What rests on things of apps below: functions that are told, in the transaction of the change, which
# of them changed. Each is the dotted path of a function (changed, moment).
DEPENDANTS: dict[str, tuple[str, ...]] = {
    "certificate": ("endpoints.services.follow_changes.follow_certificates",),
    "issuer": ("endpoints.services.follow_changes.follow_issuers",),
    "key": ("endpoints.services.follow_changes.follow_keys",),
    "trust_store": ("endpoints.services.follow_changes.follow_stores",),
}

# By which rules what is stored was found out. Others, after a release or with another OpenSSL, make
# it due anew; a worker compares them when it starts.
RULES: dict[str, Rules] = {
    "reports": Rules(
        version="pki.verify.rules.rules_version",
        renew="truststores.services.renew_reports.request_renewal",
    ),
    "judgements": Rules(
        version="pki.endpoints.rules.rules_version",
        renew="endpoints.services.renew_judgements.request_renewal",
    ),
}

# Who can say what a change of a row of an app below would do to what rests on it, before it is saved.
PREVIEWS: dict[str, tuple[Preview, ...]] = {
    "trust_store": (
        Preview(
            count="endpoints.services.preview_judgements.count_judged",
            make="endpoints.services.preview_judgements.preview_judgements",
        ),
    ),
}

# Who uses rows of apps below, named beside them in their lists and before a key is lost: (numbers) -> number -> uses.
USES: dict[str, tuple[str, ...]] = {
    "certificate": ("endpoints.uses.uses_of_certificates",),
    "key": ("endpoints.uses.uses_of_private_keys",),
}

# Panels that an app adds to the page of an object of an app below it, in the order shown. Each is
# the dotted path of a function (request, object) -> Panel | None.
PANELS: dict[str, tuple[str, ...]] = {
    "certificate": (
        "truststores.panels.reports_of_certificate",
        "truststores.panels.stores_of_certificate",
        "certificates.key_panels.key_of_certificate",
        "endpoints.panels.uses_of_certificate",
        "endpoints.kit_panels.kits_of_certificate",
    ),
    "key": ("endpoints.panels.uses_of_key",),
    "public_key": ("endpoints.panels.uses_of_key",),
    "owner": ("endpoints.panels.uses_of_owner",),
    "crl": ("truststores.panels.stores_of_crl",),
    "trust_store": ("endpoints.panels.uses_of_trust_store",),
    "proposal": ("endpoints.preview_panel.judgements_of_proposal",),
    "service": (
        "endpoints.rehearsal_panels.rehearsals_of_service",
        "endpoints.probe_panels.probes_of_service",
        "endpoints.kit_panels.kits_of_service",
    ),
    "account": (
        "endpoints.rehearsal_panels.rehearsals_of_account",
        "endpoints.kit_panels.kits_of_account",
    ),
}

# What people come for stands first: what works, then what it rests on, then when it ends.
NAVIGATION: tuple[NavGroup, ...] = (
    NavGroup(
        title="",
        items=(
            NavItem(label="Overview", icon="layout-dashboard", url="home"),
            NavItem(label="Why did it fail?", icon="stethoscope", url="endpoints:triage"),
            NavItem(
                label="Import",
                icon="upload",
                url="certificates:import",
                permission="certificates.import_certificates",
            ),
        ),
    ),
    NavGroup(
        title="Connections",
        items=(
            NavItem(label="Services", icon="server", url="endpoints:services"),
            NavItem(label="Accounts", icon="contact", url="endpoints:accounts"),
            NavItem(label="Rehearsals", icon="cable", url="endpoints:rehearsals"),
            NavItem(label="Kits", icon="package", url="endpoints:kits"),
        ),
    ),
    NavGroup(
        title="Inventory",
        items=(
            NavItem(label="Certificates", icon="scroll-text", url="certificates:certificates"),
            NavItem(label="Requests", icon="file-pen-line", url="certificates:requests"),
            NavItem(
                label="Keys",
                icon="key-round",
                url="certificates:keys",
                around=("certificates:public_keys", "certificates:owners"),
            ),
            NavItem(label="CRLs", icon="list-x", url="certificates:crls"),
        ),
    ),
    NavGroup(
        title="Trust",
        items=(
            NavItem(label="Trust stores", icon="shield-check", url="truststores:trust_stores"),
            NavItem(label="Reports", icon="clipboard-check", url="truststores:reports"),
            NavItem(label="Expiring", icon="hourglass", url="truststores:expiring"),
            NavItem(label="Calendar", icon="calendar-days", url="truststores:calendar"),
        ),
    ),
    NavGroup(
        title="Console",
        items=(
            NavItem(label="Jobs", icon="list-checks", url="jobs:jobs"),
            NavItem(label="Schedule", icon="calendar-clock", url="jobs:schedule"),
            NavItem(
                label="Audit log",
                icon="history",
                url="audit:events",
                permission="audit.view_auditevent",
            ),
            NavItem(label="People", icon="users", url="people", permission="auth.manage_people"),
        ),
    ),
)
