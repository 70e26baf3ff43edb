"""What pyproject.toml cannot say: a wheel with the program in it is for one platform.

scripts/wheel.sh names the platform; without one the wheel has no program and is for all.
"""

import os

from setuptools import setup
from wheel.bdist_wheel import bdist_wheel

PLATFORM = os.environ.get("BURSTSIM_WHEEL_PLATFORM", "")


class Wheel(bdist_wheel):
    def get_tag(self):
        return ("py3", "none", PLATFORM or "any")


setup(cmdclass={"bdist_wheel": Wheel})
