"""Where the service is asked, and where the shipped requests are."""

from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples" / "cds-hooks"
VIEW, SIGN = "/cds-services/gravida-patient-view", "/cds-services/gravida-order-sign"
