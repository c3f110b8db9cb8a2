@_exported public import TestData
