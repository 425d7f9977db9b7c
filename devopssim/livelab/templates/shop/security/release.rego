# What may be deployed: nothing that this policy has a reason to deny. `input` is what the gate knows of the release.
package release

import rego.v1

made := input.statement.predicate

commit := made.buildDefinition.resolvedDependencies[0].digest.gitCommit

deny contains "no signature" if count(input.signatures) == 0

deny contains sprintf("the key %s is not trusted", [signature.keyid]) if {
    some signature in input.signatures
    not signature.trusted
}

deny contains "the statement was changed after it was signed" if {
    some signature in input.signatures
    signature.trusted
    not signature.valid
}

subjects contains subject.digest.sha256 if some subject in input.statement.subject

# `not x == y` denies as well where x is missing.
deny contains "the statement is about another image" if not input.image in subjects

deny contains "not built by the pipeline" if not made.runDetails.builder.id == "https://shop.example/pipeline"

deny contains "the commit is not on main" if not commit in input.main

deny contains "the tests did not pass" if not made.buildDefinition.internalParameters.tests == "success"

deny contains "the SBOM is not the signed one" if not input.sbom.sha256 == made.runDetails.byproducts[0].digest.sha256

deny contains sprintf("the library %s was not approved", [name]) if {
    some name in input.sbom.libraries
    not name in input.approved
}

deny contains "older than the release in force" if {
    some older, sha in input.main
    some newer, present in input.main
    sha == commit
    present == input.in_force
    older < newer
}
