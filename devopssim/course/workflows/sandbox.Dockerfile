# The image in which students' code runs where the container engine is on another machine than the grader:
#     devopssim course workflow sandbox | docker build --tag course-sandbox --file - .
# in the instructor's repository, then `devopssim course grade … --sandbox container --image course-sandbox`.
# The course's notebooks are left out: they hold the solutions, and the sandbox refuses to work where it finds them.
FROM python:3.12-slim-bookworm
WORKDIR /course
COPY requirements/notebook.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/notebook.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY data/recorded data/recorded
COPY devopssim devopssim
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && rm -rf /course
WORKDIR /tmp
USER 65534:65534
