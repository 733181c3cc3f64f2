#!/usr/bin/python3
"""contrib/check_layers.py accepts a correct tree and reports each kind of error in the list below."""
import subprocess

from framework import ROOT, equal, run

TREE = {
    "src/CMakeLists.txt": "# the modules\nadd_subdirectory(util)\nadd_subdirectory(chain)\nadd_subdirectory(node)\n",
    "doc/architecture.md": "```mermaid\ngraph TD\n  node --> chain\n  chain --> util\n```\n",
    "src/util/CMakeLists.txt": "daler_module(util\n  SOURCES a.cpp\n  LIBRARIES fmt)\n",
    "src/util/README.md": "# util\n",
    "src/util/a.cpp": "#include <daler/util/a.h>\n#include <vector>\n",
    "include/daler/util/a.h": "#pragma once\n",
    "src/chain/CMakeLists.txt": "daler_module(chain\n  SOURCES c.cpp  # sources\n  DEPENDS util\n)\n",
    "src/chain/README.md": "# chain\n",
    "src/chain/c.cpp": '#include <daler/chain/c.h>\n#include "chain/private.h"\n#include "private.h"\n',
    "src/chain/private.h": "#include <daler/util/a.h>\n",
    "src/chain/part/p.cpp": '#include "chain/part/p.h"\n#include "chain/private.h"\n',
    "src/chain/part/p.h": "",
    "include/daler/chain/c.h": "#include <daler/util/a.h>\n",
    "src/node/CMakeLists.txt": "daler_module(node SOURCES n.cpp DEPENDS chain)\n",
    "src/node/README.md": "# node\n",
    "src/node/n.cpp": "#include <daler/chain/c.h>\n",
    "test/unit/node/n_test.cpp": "#include <daler/util/a.h>\n",
}


def main(test):
    def check(name, **changes):
        """Exit code and output of the check for TREE with some files replaced."""
        root = test.folder / name.replace(" ", "_")
        for path, text in {**TREE, **{key: value for key, value in changes.pop("files", {}).items()}}.items():
            if text is not None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
        done = subprocess.run([ROOT / "contrib" / "check_layers.py", root], capture_output=True, text=True)
        return done.returncode, done.stdout

    test.step("a correct tree")
    code, text = check("right")
    equal((code, text), (0, "3 modules, 11 includes, 0 problems\n"))

    for name, path, content, expected in (
            ("an include that points up", "src/util/a.cpp", "\n#include <daler/chain/c.h>\n",
             "src/util/a.cpp:2: util may not include <daler/chain/c.h>"),
            ("an undeclared module", "src/node/n.cpp", "#include <daler/util/a.h>\n",
             "src/node/n.cpp:1: node may not include <daler/util/a.h>: util is not among its DEPENDS"),
            ("a public header with a private one", "include/daler/chain/c.h", '#include "chain/private.h"\n',
             'include/daler/chain/c.h:1: a public header may not include the private header "chain/private.h"'),
            ("a private header of another module", "src/node/n.cpp", '#include "chain/private.h"\n',
             'src/node/n.cpp:1: node may not include "chain/private.h", a private header of another module'),
            ("the header of another folder of the module", "src/chain/c.cpp", '#include "chain/part/p.h"\n',
             'src/chain/c.cpp:1: "chain/part/p.h" is private to its folder'),
            ("a header that does not exist", "src/node/n.cpp", "#include <daler/chain/gone.h>\n",
             "src/node/n.cpp:1: <daler/chain/gone.h> does not exist"),
            ("a module without a README", "src/node/README.md", None, "src/node: the module has no README.md"),
            ("a folder that is not a module", "src/stray/x.cpp", "", "src/stray: not a module"),
            ("a cycle", "src/util/CMakeLists.txt", "daler_module(util SOURCES a.cpp DEPENDS chain)\n",
             "dependency cycle: util -> chain -> util"),
            ("a diagram without one of the arrows", "doc/architecture.md", "```mermaid\n  node --> chain\n```\n",
             "doc/architecture.md: draw chain --> util"),
            ("a test with a private header from above", "test/unit/util/a_test.cpp", "#include <chain/private.h>\n",
             "test/unit/util/a_test.cpp:1: a test of util may not include <chain/private.h>"),
            ("a test with a header from above", "test/unit/util/a_test.cpp", "#include <daler/node/x.h>\n",
             "test/unit/util/a_test.cpp:1: <daler/node/x.h> does not exist")):
        test.step(name)
        code, text = check(name, files={path: content})
        equal(code, 1)
        assert expected in text, text


run(main)
